"""Write the page and its pictures anew: ``python -m tests.drawing_page``."""

from tests.drawing_page.page import PAGE, PICTURES, page, pictures

if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for stale in PICTURES.glob("*.svg"):
        stale.unlink()
    for name, svg in pictures().items():
        (PICTURES / name).write_text(svg, encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.name, len(list(PICTURES.iterdir())))

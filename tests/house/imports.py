"""Which modules of app import which, and the fragments among them."""

import grimp


def importers() -> dict[str, set[str]]:
    """Module → the modules that import it. Packages count as modules where they hold code that is imported."""
    graph = grimp.build_graph("app", cache_dir=None)
    return {module: set(graph.find_modules_that_directly_import(module)) for module in graph.modules}


def fragments(found: dict[str, set[str]]) -> dict[str, str]:
    """Module → the only one that imports it; but for what its own package imports, to hand it on or to begin it. One
    that nobody imports is an entry, and no fragment."""
    single = {module: next(iter(by)) for module, by in found.items() if len(by) == 1}
    return {module: by for module, by in single.items() if module.rpartition(".")[0] != by}

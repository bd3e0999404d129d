"""What pm4py reads is tried where it is there: ``ALUR_PM4PY`` names the folder that it was installed to (nightly)."""

import os

collect_ignore = [] if os.environ.get("ALUR_PM4PY") else ["test_pm4py.py"]

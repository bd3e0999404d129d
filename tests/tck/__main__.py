"""``python -m tests.tck FOLDER``: run the TCK's cases under a folder, and say which fail and why."""

import sys
from collections import Counter
from pathlib import Path

from app.base.i18n import speaking
from tests.tck import run


def main() -> int:
    passed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    with speaking("en"):
        for outcome in run(Path(sys.argv[1])):
            (failed if outcome.why else passed)[outcome.case] += 1
            if outcome.why:
                print(f"{outcome.case} {outcome.test} {outcome.node}: {outcome.why}")
    for case in sorted(passed | failed):
        print(f"{case:<50} {passed[case]:>4} passed {failed[case]:>4} failed")
    whole = sum(not failed[case] for case in passed)
    print(f"{whole} of {len(passed | failed)} cases whole")
    print(f"{passed.total()} passed, {failed.total()} failed")
    return 1 if failed else 0


sys.exit(main())

from tests.journeys.hands import Finger, Keys
from tests.reports import report, report_values

def test_one(office, people):
    p = people("admin")
    p.expects(404)
    p.visit("/kata-sandi")
    print(p.page.title())

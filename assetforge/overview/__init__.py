"""What shows a whole project: its report, gathered from what the build left and what the study says of it."""

PAGE = "report.html"
"""What the page is called if nobody says otherwise."""

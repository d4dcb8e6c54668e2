"""What the app's style sheets assume of Streamlit's document: its public classes and its test ids, each named once.

Streamlit promises none of them. ``tests/browser/test_seams.py`` opens the app and fails for each that is gone;
``viz/components/shared/streamlit.js`` has those that the components look for.
"""

APP = ".stApp"
HEADER = ".stAppHeader"
SIDEBAR = ".stSidebar"
SIDEBAR_OPENER = '[data-testid="stExpandSidebarButton"]'
MAIN = ".stMain"
COLUMN_OF_PAGE = ".stMainBlockContainer"
"""Holds all elements of a page; its padding is the page's margin."""
ELEMENT = ".stElementContainer"
"""Around every single element."""
BLOCK = '[data-testid="stLayoutWrapper"]'
"""Around every container, row of columns and expander; carries the gap to the next."""
ROW = '[data-testid="stHorizontalBlock"]'
COLUMN = '[data-testid="stColumn"]'
TABS = ".stTabs"
EXPANDER = ".stExpander"
HEADING = ".stHeading"
COMPONENT = ".stBidiComponent"
HTML = ".stHtml"
ALERT = ".stAlert"
CAPTION = "[data-testid=stCaptionContainer]"
MARKDOWN = "[data-testid=stMarkdownContainer]"
CODE = "[data-testid=stCode]"
PAGE_LINK = '[data-testid="stPageLink"]'
PRIMARY_BUTTON = '[data-testid^="stBaseButton-primary"]'
MULTISELECT = "[data-testid=stMultiSelect]"
CHOSEN_TAG = f"{MULTISELECT} [data-tag]"
SLIDER = "[data-testid=stSlider]"
SLIDER_TRACK = f'{SLIDER} [style*="touch-action"] > div:empty'
"""The unfilled track has no name of its own."""

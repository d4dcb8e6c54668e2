// What the components assume of Streamlit's document, each name once. Streamlit promises none of them;
// tests/browser/test_seams.py opens the app and fails for each that is gone. viz/streamlit_dom.py has the style sheets'.

export const MAIN = ".stMain";
export const ELEMENT = ".stElementContainer";
export const BLOCK = '[data-testid="stLayoutWrapper"]'; // around every container
export const PAGE_LINK = '[data-testid="stSidebarNavLink"]'; // of the navigation in the sidebar
export const LABEL = '[data-testid="stWidgetLabel"]';
export const BUTTON = ".stButton button";
export const DOWNLOAD = ".stDownloadButton button";
export const ICON = '[data-testid="stIconMaterial"]';
export const COMPONENT = ".stBidiComponent";

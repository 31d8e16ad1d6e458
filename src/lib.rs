//! Parlour, a self-hosted web chat: accounts, friends and conversations in a browser.

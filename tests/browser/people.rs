//! What people do on the site, told in their words.

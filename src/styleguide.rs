//! `/styleguide/` in debug builds: every component in all its states, for whoever changes how Parlour looks.
//! `tests/browser/styleguide.rs` compares it with pictures.

use actix_web::HttpResponse;

use crate::{
    accounts::{Page, SignedIn},
    error::Result,
};

/// `GET /styleguide/`
pub(crate) async fn show_styleguide(_me: SignedIn, page: Page) -> Result<HttpResponse> {
    page.with_title("Styleguide".to_owned())
        .render("styleguide", ())
}

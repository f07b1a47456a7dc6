//! Pieces that screens and dialogs are drawn with. None of them knows a service.

pub(crate) mod form;
pub(crate) mod gauge;
pub(crate) mod popup;
pub(crate) mod scroll;
pub(crate) mod secret;
pub(crate) mod table;
pub(crate) mod window;

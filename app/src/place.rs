//! Where the home, its database and the pins are.

use crate::context::Context;
use crate::failure::{Failure, Result};
use etcetera::BaseStrategy;
use licentia_core::Place;
use licentia_core::pin::PinStore;
use std::path::PathBuf;

const DATABASE: &str = "licentia.db";

/// Where the database is, and the pins that belong to it.
pub(crate) fn find(context: &Context) -> Result<Place> {
    let home = home(context)?;
    Ok(Place { database: if home.is_file() { home } else { home.join(DATABASE) }, pins: Some(pins(context)?) })
}

/// The home directory, or the database file that was named in its place.
pub(crate) fn home(context: &Context) -> Result<PathBuf> {
    match context.path(context.global.home.as_ref(), "LICENTIA_HOME") {
        Some(home) => Ok(home),
        None => Ok(platform()?.data_dir().join("licentia")),
    }
}

/// Whether somebody said where the home is.
pub(crate) fn is_named(context: &Context) -> bool {
    context.path(context.global.home.as_ref(), "LICENTIA_HOME").is_some()
}

/// Outside the home, so that whoever replaces the home does not replace them with it.
pub(crate) fn pins(context: &Context) -> Result<PathBuf> {
    if let Some(pins) = context.variable("LICENTIA_PIN_DIR") {
        return Ok(pins.into());
    }
    let platform = platform()?;
    let state = platform.state_dir().unwrap_or_else(|| platform.data_dir());
    Ok(state.join("licentia").join("pins"))
}

/// Gives up the pin of another log that was at this place before a new one was founded there.
pub(crate) fn forget_pin(place: &Place) -> Result<bool> {
    match &place.pins {
        Some(pins) => Ok(PinStore::new(pins).forget(&place.database).map_err(licentia_core::Error::from)?),
        None => Ok(false),
    }
}

fn platform() -> Result<impl BaseStrategy> {
    etcetera::choose_base_strategy().map_err(|error| {
        Failure::new("the home directory of this user is not known")
            .because(error)
            .hint("Name the places yourself: --home DIR, and LICENTIA_PIN_DIR in the environment.")
    })
}

//! What a machine is recognised by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Component {
    /// The id that the operating system gave itself when it was installed.
    MachineId,
    /// The UUID that the maker gave the machine.
    ProductId,
    /// The serial number of the disk that the system is on.
    Disk,
    /// The hardware address of a network card.
    Network,
    /// The name of the machine in its network.
    HostName,
}

impl Component {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::MachineId, Self::ProductId, Self::Disk, Self::Network, Self::HostName];

    /// A stable word for programs and for the bytes that are hashed.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MachineId => "machine_id",
            Self::ProductId => "product_id",
            Self::Disk => "disk",
            Self::Network => "network",
            Self::HostName => "host_name",
        }
    }

    /// Words for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MachineId => "machine id",
            Self::ProductId => "product id",
            Self::Disk => "disk",
            Self::Network => "network card",
            Self::HostName => "host name",
        }
    }

    /// Whether it is too long to be guessed. A host name or a network card's number is tried out in no time, so
    /// those alone never make a match.
    #[must_use]
    pub const fn is_high_entropy(self) -> bool {
        matches!(self, Self::MachineId | Self::ProductId)
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

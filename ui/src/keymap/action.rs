//! What a user may bind a key to: a name, and what it does in a few words.

use crate::tab::{TABS, TabId};

macro_rules! actions {
    ($($variant:ident = $name:literal, $about:literal;)*) => {
        /// What a key can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Action {
            OpenTab(TabId),
            $($variant,)*
        }

        impl Action {
            /// As the help and the bottom line call it.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    Self::OpenTab(id) => TABS.iter().find(|tab| tab.id == id).map_or("open", |tab| tab.action),
                    $(Self::$variant => $name,)*
                }
            }

            /// What it does.
            pub(crate) fn about(self) -> &'static str {
                match self {
                    Self::OpenTab(id) => TABS.iter().find(|tab| tab.id == id).map_or("", |tab| tab.title),
                    $(Self::$variant => $about,)*
                }
            }
        }
    };
}

actions! {
    Quit = "quit", "Leave, as soon as every change is written";
    Help = "help", "What the keys do here";
    ToggleLock = "lock", "Lock, or unlock with the passphrase";
    ToggleZone = "zone", "Times in UTC, or as the clock on the wall";
    Refresh = "refresh", "Read the list again";
    Up = "up", "Up";
    Down = "down", "Down";
    PageUp = "page up", "A page up";
    PageDown = "page down", "A page down";
    First = "first", "To the beginning";
    Last = "last", "To the end; any key stops it on the way";
    Open = "open", "Open what is selected";
    Back = "back", "Back";
    Issue = "issue", "Issue a license";
    Reissue = "reissue", "Issue it anew; the old one is superseded";
    Revoke = "revoke", "Revoke it, with a reason";
    Unrevoke = "unrevoke", "Take a revocation back";
    Suspend = "suspend", "Suspend it for the time being";
    Reinstate = "reinstate", "End a suspension";
    Publish = "publish", "Publish the status lists for products";
    Delete = "delete", "Delete it; the audit log keeps its trail";
    Extend = "extend", "Issue it anew with a later end";
    Import = "import", "Take in a license from elsewhere";
    VerifyLicense = "verify", "Its signature, key, dates and status";
    SaveLicense = "save", "Save it as a .lic file";
    CopyToken = "copy", "Copy its token to the clipboard";
    NextPage = "next page", "The next page about it";
    PreviousPage = "previous page", "The page before";
    FilterSubject = "search", "Only subjects that contain what is typed";
    KeepFilter = "keep", "Keep what is found";
    CycleStatus = "status", "Only one status; the next one each time";
    CycleValidity = "validity", "Only valid, expiring, expired, future ones";
    Filter = "filter", "Only some kinds, an actor, a target, a time";
    ClearFilter = "show all", "Show everything again";
    ShowEvents = "audit", "Its events in the audit log, and back";
    Query = "search", "Search by words and fields; AND, OR, NOT";
    StopSearch = "stop", "Stop the search; what was found stays";
    SavedFilters = "saved", "Choose a query that was saved";
    UseFilter = "search", "Search with it";
    SaveFilter = "save", "Save what is searched for under a name";
    DeleteFilter = "delete", "Forget it; what it found stays";
    Count = "count", "Count what is shown: kind, actor, target, day";
    CountBy = "by", "Count by the next: kind, actor, target, day";
    CountByPrevious = "by before", "The same, the other way round";
    Narrow = "only these", "Show only the entries that it counts";
    FilterTarget = "same target", "Only what happened to this target";
    JumpToTarget = "go to target", "Go to what this entry speaks of";
    NextEntry = "older", "The next entry of the list, an older one";
    PreviousEntry = "newer", "The entry before in the list, a newer one";
    Verify = "verify", "Verify the audit log, or see how far it is";
    VerifyFrom = "verify from", "Verify it from a fingerprint you give";
    Export = "export", "Write what is shown to a file";
    RotateKey = "rotate key", "Give the log a new key";
    Complete = "complete", "The next kind that begins so; the next field";
    GiveUp = "stop", "Stop it; nothing is known then";
    Background = "background", "Go on working; the report opens at its end";
    NextField = "next", "The next field";
    PreviousField = "previous", "The field before";
    Submit = "go on", "Check and go on";
    Cancel = "back", "Leave without doing it";
    Confirm = "confirm", "Do it";
    Close = "close", "Close";
    Unlock = "unlock", "Open the vault";
    Review = "read only", "Go on without the passphrase: read only";
    Abandon = "quit", "Leave; nothing was made";

    ShowCommand = "command", "The command line that does the same";
    Batch = "from file", "Issue licenses from a CSV or JSONL file";
    SignBatch = "sign", "Sign every row, all or none";
    ToggleRefused = "only refused", "Only the rows that are refused, or all";
    WriteTokens = "write out", "Write what was signed into files";
    NewIssuer = "new", "Make a key that signs licenses";
    ImportIssuer = "import", "Take in a key from a file";
    Activate = "activate", "Make it the one that signs unless told";
    Retire = "retire", "Let it sign no new license, for good";
    DeleteIssuer = "delete", "Delete it, if it never signed anything";
    ExportKey = "export", "Its public key, or those of all issuers";
    NewIdentity = "new", "Make bytes that a licensed program carries";
    Regenerate = "regenerate", "New bytes: its licenses match no more";
    DeleteIdentity = "delete", "Delete it, if no license names it";
    ExportIdentity = "export", "Its secret bytes, to a file; is recorded";
    NewProbe = "new", "Make a one-time token for a machine";
    ConsumeProbe = "take in", "Take in the result that came for a token";
    TakeInProbe = "arrived", "Take in the result that waits in the inbox";
    IssueForProbe = "license", "Issue a license that is bound to this machine";
    CancelProbe = "cancel", "Make a token useless that was not used";
    SaveToken = "save", "Save the token to a file";
    PickProbe = "probes", "Bind it to the machine of a probe";
    UseProbe = "take", "Bind the license to this machine";
    CloseFactor = "close", "Every key does; it is not shown again";
    CloseToken = "close", "Close; the token is not shown again";
}

impl Action {
    /// Whether it leads to a change of the database, and so needs the passphrase.
    pub(crate) const fn is_change(self) -> bool {
        matches!(
            self,
            Self::Issue
                | Self::Reissue
                | Self::Revoke
                | Self::Unrevoke
                | Self::Suspend
                | Self::Reinstate
                | Self::Publish
                | Self::NewIssuer
                | Self::ImportIssuer
                | Self::Activate
                | Self::Retire
                | Self::DeleteIssuer
                | Self::NewIdentity
                | Self::Regenerate
                | Self::DeleteIdentity
                | Self::ExportIdentity
                | Self::NewProbe
                | Self::ConsumeProbe
                | Self::TakeInProbe
                | Self::IssueForProbe
                | Self::CancelProbe
                | Self::Delete
                | Self::Extend
                | Self::Import
                | Self::SignBatch
                | Self::RotateKey
                | Self::SaveFilter
                | Self::DeleteFilter
        )
    }
}

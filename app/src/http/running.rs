//! A server in the foreground: its journal goes to standard error until somebody ends it with a signal.

use super::Journal;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::Object;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

/// Lines of the journal that may wait to be written.
const WAITING: usize = 1_000;

/// Takes the port, and answers with the address that it got.
pub(crate) async fn listen(address: &str) -> Result<(TcpListener, std::net::SocketAddr)> {
    let failed =
        |error| Failure::new(format!("cannot listen on {address}")).because(error).hint("Choose another port.");
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Says that it runs, and lets it run until SIGTERM or SIGINT; what is under way is finished then.
pub(crate) async fn run<S>(
    context: &Context,
    what: &str,
    says: &Object,
    server: impl FnOnce(Journal, watch::Receiver<bool>) -> S,
) -> Result
where
    S: Future<Output = ()> + Send + 'static,
{
    let no_signals = |error| Failure::new("the program cannot listen to signals").because(error);
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    context.output.thing(says)?;
    context.output.flush()?;

    let (journal, mut lines) = mpsc::channel(WAITING);
    let (end, ending) = watch::channel(false);
    let mut server = tokio::spawn(server(journal, ending));
    loop {
        tokio::select! {
            Some(line) = lines.recv() => context.output.journal(&line),
            _ = terminate.recv() => drop(end.send(true)),
            _ = interrupt.recv() => drop(end.send(true)),
            ended = &mut server => {
                while let Ok(line) = lines.try_recv() {
                    context.output.journal(&line);
                }
                return ended.map_err(|error| Failure::new(format!("{what} broke down")).because(error));
            }
        }
    }
}

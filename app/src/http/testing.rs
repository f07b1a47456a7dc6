//! A server on a port of its own that ends when the test does.

use super::Journal;
use super::server::Door;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

pub(crate) struct Running {
    pub directory: TempDir,
    pub address: SocketAddr,
    pub journal: mpsc::Receiver<String>,
    end: watch::Sender<bool>,
    done: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Starts what `serve` makes of a door, a journal and the word that it is to end.
    pub(crate) async fn start<F>(
        directory: TempDir,
        serve: impl FnOnce(Door, Journal, watch::Receiver<bool>) -> F,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ending) = watch::channel(false);
        let (lines, journal) = mpsc::channel(1_000);
        let done = tokio::spawn(serve(Door::new(listener, None), lines, ending));
        Self { directory, address, journal, end, done }
    }

    pub(crate) async fn stop(self) -> TempDir {
        self.end.send(true).unwrap();
        self.done.await.unwrap();
        self.directory
    }

    /// Sends bytes as they are, and waits for all that comes back.
    pub(crate) async fn raw(&self, bytes: impl Into<Vec<u8>>) -> String {
        self.raw_from(None, bytes).await
    }

    /// From an address of this machine.
    pub(crate) async fn raw_from(&self, from: Option<SocketAddr>, bytes: impl Into<Vec<u8>>) -> String {
        let (address, bytes) = (self.address, bytes.into());
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        if let Some(from) = from {
            socket.bind(from).unwrap();
        }
        let stream = socket.connect(address).await.unwrap().into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        let talk = move || {
            let mut stream = stream;
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            // A server that has heard enough may be gone before all is said.
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        };
        tokio::task::spawn_blocking(talk).await.unwrap()
    }
}

//! Standard output and error as the place for log lines.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

use super::queue::{Sink, count_lines};

/// Longest wait for a reader that takes nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Standard output or error. What it does not take is lost.
pub(super) struct Console<W> {
    to: W,
    /// Whether the last write ended within a line.
    torn: bool,
}

impl Console<File> {
    /// Writes without a buffer between, so that one call is one write.
    ///
    /// # Errors
    /// The process is out of file descriptors.
    pub(super) fn open(stream: impl AsFd) -> io::Result<Console<File>> {
        let own = stream.as_fd().try_clone_to_owned()?;
        Ok(Console::new(File::from(own)))
    }
}

impl<W: Write> Console<W> {
    fn new(to: W) -> Console<W> {
        Console { to, torn: false }
    }

    /// Writes as much as the other side takes; gives how many bytes that was.
    fn write(&mut self, bytes: &[u8]) -> usize {
        let mut written = 0;
        let mut last_progress = Instant::now();
        while written < bytes.len() {
            match self.to.write(&bytes[written..]) {
                Ok(0) => break,
                Ok(more) => {
                    written += more;
                    last_progress = Instant::now();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Whoever gave us the pipe made it one that never waits; its reader may only be slow.
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock && last_progress.elapsed() < PATIENCE =>
                {
                    thread::sleep(PAUSE);
                }
                Err(_) => break,
            }
        }
        written
    }
}

impl<W: Write + Send> Sink for Console<W> {
    fn write_lines(&mut self, lines: &[u8]) -> usize {
        if self.torn {
            if self.write(b"\n") == 0 {
                return 0;
            }
            self.torn = false;
        }
        let written = self.write(lines);
        let whole = &lines[..written];
        self.torn = !whole.is_empty() && !whole.ends_with(b"\n");
        count_lines(whole)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    /// Takes so many bytes, then fails until it is given room again.
    struct Small {
        taken: Vec<u8>,
        room: usize,
    }

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let now = bytes.len().min(self.room);
            if now == 0 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            self.taken.extend_from_slice(&bytes[..now]);
            self.room -= now;
            Ok(now)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_torn_line_is_not_glued_to_the_next_one() {
        let mut console = Console::new(Small {
            taken: Vec::new(),
            room: 6,
        });
        assert_eq!(console.write_lines(b"one\ntwo\nthree\n"), 1);
        assert_eq!(console.write_lines(b"lost\n"), 0);
        console.to.room = 100;
        assert_eq!(console.write_lines(b"four\n"), 1);
        assert_eq!(console.to.taken, b"one\ntw\nfour\n");
    }

    #[test]
    fn a_full_device_loses_lines_and_says_how_many() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut console = Console::open(full).unwrap();
        assert_eq!(console.write_lines(b"one\ntwo\n"), 0);
    }

    #[test]
    fn a_pipe_that_never_waits_gets_more_than_it_holds() {
        use std::io::Read;

        let (mut reader, writer) = UnixStream::pair().unwrap();
        writer.set_nonblocking(true).unwrap();
        let lines = b"a line that is written\n".repeat(100_000);
        let wanted = lines.len();
        let reading = thread::spawn(move || {
            let mut all = vec![0; wanted];
            reader.read_exact(&mut all).unwrap();
            all
        });
        let mut console = Console::new(writer);
        assert_eq!(console.write_lines(&lines), 100_000);
        assert_eq!(reading.join().unwrap(), lines);
    }
}

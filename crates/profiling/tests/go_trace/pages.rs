//! The pages that `go tool trace` serves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::go::Go;

/// A viewer under way; it ends with this.
pub struct Pages {
    server: Child,
    address: String,
}

impl Pages {
    /// Starts the viewer of a trace.
    pub fn serve(tool: &Go, file: &Path) -> Pages {
        let mut server = tool
            .trace()
            .arg("-http=127.0.0.1:0")
            .arg(file)
            // It would open a page in whatever browser is here.
            .env("BROWSER", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the tool starts");
        let mut said = BufReader::new(server.stderr.take().expect("it is piped"));
        let mut all = String::new();
        let address = loop {
            let mut line = String::new();
            let read = said.read_line(&mut line).expect("it says text");
            all.push_str(&line);
            assert!(
                read > 0,
                "{} ends instead of serving:\n{all}",
                tool.program.display()
            );
            if let Some((_, address)) = line.trim_end().split_once("listening on http://") {
                break address.to_owned();
            }
        };
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Pages { server, address }
    }

    /// What a person reads on a page, roughly.
    pub fn text(&self, path: &str) -> String {
        let page = self.get(path);
        let parts = page.split('<').map(|part| part.rsplit('>').next().unwrap_or(""));
        parts.collect::<Vec<_>>().join(" ")
    }

    /// A page.
    ///
    /// # Panics
    /// When it is not served with 200.
    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a time limit can be set");
        let request = format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        stream
            .read_to_end(&mut answer)
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        assert!(
            head.split_whitespace().nth(1) == Some("200"),
            "{path}: {head}\n{body}"
        );
        body.to_owned()
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

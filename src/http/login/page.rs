//! The page of `/login` as HTML: no script, one small style, one form.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::http::access::Holder;
use crate::http::debug::escaped;
use crate::http::reply::of_type;
use crate::telemetry::build_info;

const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:12vh auto 2rem;padding:0 1rem}
h1{font-size:1.4rem}
h2{font-size:1.15rem;margin-top:1.5rem}
label{display:block;margin-top:1rem}
input,button{font:inherit;padding:.4rem .6rem;border:1px solid #8888;border-radius:.3rem}
input{width:100%;box-sizing:border-box}
button{margin-top:1rem;cursor:pointer}
pre{padding:.5rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;background:#8882;border-radius:.3rem}
.wrong{padding:.5rem .8rem;border-left:.3rem solid #c33;background:#c331}
";

/// Nothing is loaded, run or framed; the style is the one above, and forms go to this listener alone.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ))
    .expect("base64 is visible ASCII")
});

/// How somebody who runs the plugin gets a token, as HTML.
pub(in crate::http) const fn escaped_how_to() -> &'static str {
    "<p>On the machine that the plugin runs on, make a token:</p>\n<pre>openssl rand -hex 32</pre>\n\
     <p>Start the plugin with it in the variable <code>ATEST_EXT_AI_ADMIN_TOKEN</code> (it opens everything) or \
     <code>ATEST_EXT_AI_API_TOKEN</code> (questions only):</p>\n\
     <pre>docker run -e ATEST_EXT_AI_ADMIN_TOKEN …</pre>\n<p>Or name it in the config file, here by a variable of your own:</p>\n\
     <pre>access:\n  tokens:\n    operator:\n      token: ${OPERATOR_TOKEN}\n      scopes: [api, debug, admin]</pre>\n\
     <p>Then send it as <code>Authorization: Bearer TOKEN</code>, or sign in at <a href=\"/login\">/login</a>.</p>\n"
}

/// The form, after a reason why it is shown again (or none).
pub(super) fn form(reason: &str, next: &str) -> String {
    let wrong = match reason {
        "" => String::new(),
        text => format!("<p class=\"wrong\" role=\"alert\">{}</p>\n", escaped(text)),
    };
    whole(&format!(
        "<h1>Sign in to atest-ext-ai</h1>\n{wrong}\
         <form method=\"post\" action=\"/login\">\n<input type=\"hidden\" name=\"next\" value=\"{}\">\n\
         <input type=\"hidden\" name=\"username\" value=\"atest-ext-ai\" autocomplete=\"username\">\n\
         <label for=\"token\">Token</label>\n\
         <input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"current-password\" required autofocus>\n\
         <button type=\"submit\">Sign in</button>\n</form>\n\
         <p>Whoever runs this plugin has the token: it is one of <code>access.tokens</code> in its config, or a signed one.</p>\n",
        escaped(next)
    ))
}

/// Who is signed in, and the way out.
pub(super) fn signed_in(holder: &Holder) -> String {
    let until = match holder.expires {
        Some(moment) => format!(", until {moment:.0} at the latest"),
        None => String::new(),
    };
    whole(&format!(
        "<h1>Signed in to atest-ext-ai</h1>\n<p>With {}, which opens: {}{until}.</p>\n\
         <form method=\"post\" action=\"/logout\"><button type=\"submit\">Sign out</button></form>\n\
         <p><a href=\"/\">The page</a> · <a href=\"/status\">Status</a> · <a href=\"/paths\">All paths</a></p>\n",
        escaped(&holder.name),
        escaped(&holder.scopes.words()),
    ))
}

/// What to do where there is no token.
pub(super) fn without_tokens() -> String {
    whole(&format!(
        "<h1>This plugin has no token yet</h1>\n\
         <p>So it answers questions, and shows what it is doing, to callers on its own machine only: \
         <code>http://127.0.0.1</code> and its port.</p>\n<h2>To open it to others</h2>\n{}",
        escaped_how_to()
    ))
}

fn whole(body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>atest-ext-ai: sign in</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n<footer><small>atest-ext-ai {}</small></footer>\n</body>\n</html>\n",
        build_info().version
    )
}

/// With the headers that let the form work: without `same-origin`, a browser would hide the page's origin from us, too.
pub(super) fn reply(status: StatusCode, html: String) -> Response {
    let mut response = of_type(status, "text/html; charset=utf-8", html);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

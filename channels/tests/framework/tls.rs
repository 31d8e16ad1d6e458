//! A certificate for the tests, and both ends of a connection that uses it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// Where sites with TLS listen, so that a client knows them.
pub(crate) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
    let made = made.expect("a certificate");
    Identity {
        certificate: made.cert.der().clone(),
        key: PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key"),
    }
});

pub(crate) fn server() -> ServerConfig {
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.expect("ring speaks TLS").with_no_client_auth();
    let chain = vec![IDENTITY.certificate.clone()];
    let config = builder.with_single_cert(chain, IDENTITY.key.clone_key());
    let mut config = config.expect("a key that fits");
    // A client that leaves over unread tickets resets, and its last words can be lost by that.
    config.send_tls13_tickets = 0;
    config
}

pub(crate) async fn connect(stream: TcpStream) -> TlsStream<TcpStream> {
    connect_offering(stream, &[]).await
}

/// Connects with a list of protocols for ALPN.
pub(crate) async fn connect_offering(stream: TcpStream, alpn: &[&str]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let root = roots.add(IDENTITY.certificate.clone());
    root.expect("a certificate that can be trusted");
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.expect("ring speaks TLS");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").expect("a name");
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    connecting.await.expect("the server to speak TLS")
}

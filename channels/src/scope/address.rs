//! A socket's address in as few bytes as it takes.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use bytes::{Buf as _, BufMut as _};

/// IPv4's four bytes and a port.
const V4_BYTES: usize = 6;

/// An address, of which [`read`] makes the same again; nothing for none.
pub(super) fn written(address: Option<SocketAddr>) -> Vec<u8> {
    let mut bytes = Vec::new();
    match address {
        None => {}
        Some(SocketAddr::V4(address)) => {
            bytes.put_u32(address.ip().to_bits());
            bytes.put_u16(address.port());
        }
        Some(SocketAddr::V6(address)) => {
            bytes.put_u128(address.ip().to_bits());
            bytes.put_u16(address.port());
            bytes.put_u32(address.flowinfo());
            bytes.put_u32(address.scope_id());
        }
    }
    bytes
}

pub(super) fn read(mut bytes: &[u8]) -> Option<SocketAddr> {
    if bytes.len() == V4_BYTES {
        let ip = Ipv4Addr::from_bits(bytes.get_u32());
        return Some(SocketAddrV4::new(ip, bytes.get_u16()).into());
    }
    let ip = Ipv6Addr::from_bits(bytes.try_get_u128().ok()?);
    let port = bytes.try_get_u16().ok()?;
    let flowinfo = bytes.try_get_u32().ok()?;
    let scope_id = bytes.try_get_u32().ok()?;
    Some(SocketAddrV6::new(ip, port, flowinfo, scope_id).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_whole() {
        let scoped = SocketAddrV6::new("fe80::1".parse().unwrap(), 443, 7, 3);
        let addresses = [
            None,
            Some("192.0.2.7:4711".parse().unwrap()),
            Some("[2001:db8::1]:80".parse().unwrap()),
            Some(scoped.into()),
        ];
        for address in addresses {
            assert_eq!(read(&written(address)), address);
        }
    }
}

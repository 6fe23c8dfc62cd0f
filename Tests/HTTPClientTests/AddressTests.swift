import Testing

@testable import HTTPClient

/// Where nothing is sent to.
struct AddressTests {
    @Test(
        "An address that isn't of the public internet is refused, in every form that leads to it",
        arguments: [
            "127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "::", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1",
            "169.254.169.254", "fe80::1", "100.64.0.1", "100.127.255.255", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255",
            "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:a00:1::1",
            "2002:a9fe:a9fe::", "::10.0.0.1", "64:ff9b:1::1", "2001:db8::1", "192.0.2.1", "198.18.0.1", "fec0::1", "4000::1",
            "2600::5efe:10.0.0.1", "2600::200:5efe:10.0.0.1", "2001::1",
        ])
    func refused(text: String) throws {
        #expect(try #require(NetworkAddress(text)).refusal != nil)
    }

    @Test(
        "An address of the public internet is not",
        arguments: [
            "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "2606:2800:220:1::1", "::ffff:8.8.8.8",
            "64:ff9b::808:808", "2002:808:808::1", "169.253.0.1", "11.0.0.1",
        ])
    func taken(text: String) throws {
        #expect(try #require(NetworkAddress(text)).refusal == nil)
    }

    @Test("A range holds its addresses and no others, whichever way they are spelt")
    func ranges() throws {
        let range = try #require(AddressRange("10.1.0.0/20"))
        for (text, isIn) in [("10.1.0.0", true), ("10.1.15.255", true), ("10.1.16.0", false), ("::ffff:10.1.2.3", true), ("::1", false)] {
            #expect(range.contains(try #require(NetworkAddress(text))) == isIn, "\(text)")
        }
        #expect(try #require(AddressRange("127.0.0.1")).contains(try #require(NetworkAddress("127.0.0.1"))))
        #expect(!(try #require(AddressRange("127.0.0.1")).contains(try #require(NetworkAddress("127.0.0.2")))))
        for text in ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "fd00::/129", "localhost", "10.0.0.0/"] {
            #expect(AddressRange(text) == nil, "\(text)")
        }
    }

    @Test(
        "A URL that isn't plain https to a host is refused, and so is one of an address that is",
        arguments: [
            "http://example.org/", "ftp://example.org/", "https://", "https:///x", "https://user@example.org/",
            "https://user:word@example.org/", "https://example.org/#x", "https://example.org:0/", "https://example.org:70000/",
            "https://example.org:+443/", "https://exa mple.org/", "https://example.org/\r\nX: y", "https://[::1", "https://[example.org]/",
            "https://ex\u{e4}mple.org/", "https://127.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://2130706433/",
            "https://0177.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://[::1]:8443/", "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1:9443/x", "https://[fe80::1%25eth0]/", "https://example.org\\@127.0.0.1/",
        ])
    func urls(url: String) {
        #expect(throws: OutgoingError.self) { try OutgoingTarget(url) }
    }

    @Test("A good URL comes apart into host, port and path")
    func parts() throws {
        let plain = try OutgoingTarget("https://Hooks.Example.org")
        #expect(plain.host == "hooks.example.org" && plain.port == 443 && plain.path == "/" && plain.authority == "hooks.example.org")
        let full = try OutgoingTarget("https://example.org:8443/a/b?c=d")
        #expect(full.port == 8443 && full.path == "/a/b?c=d" && full.authority == "example.org:8443")
        #expect(try OutgoingTarget("https://example.org?x=1").path == "/?x=1")
        let six = try OutgoingTarget("https://[2606:2800:220:1::1]:444/")
        #expect(six.host == "2606:2800:220:1::1" && six.authority == "[2606:2800:220:1::1]:444")
        #expect(try OutgoingTarget("https://127.0.0.1/", allowing: [try #require(AddressRange("127.0.0.0/8"))]).host == "127.0.0.1")
    }
}

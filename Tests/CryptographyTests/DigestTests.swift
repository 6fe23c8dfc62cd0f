import Cryptography
import Testing

@Suite("SHA-256")
struct DigestTests {
    @Test(
        "The published vectors come out",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func vectors(text: String, digest: String) {
        #expect(Hex.encode(Digest.sha256(text.utf8)) == digest)
        #expect(Hex.encode(Digest.sha256(Array(text.utf8))) == digest)
    }

    @Test("A sequence without contiguous storage gives the same digest")
    func scattered() {
        #expect(Digest.sha256(stride(from: UInt8(0), to: 100, by: 1)) == Digest.sha256(Array(0..<100)))
    }

    @Test("Pieces of any size give the digest of the whole")
    func incremental() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for size in [1, 7, 63, 64, 65, 4096] {
            let digester = SHA256()
            var index = 0
            while index < bytes.count {
                digester.update(bytes[index..<min(index + size, bytes.count)])
                index += size
            }
            #expect(digester.finalize() == Digest.sha256(bytes))
        }
    }

    @Test("A digester starts anew after finalize")
    func restart() {
        let digester = SHA256()
        digester.update("something else".utf8)
        _ = digester.finalize()
        #expect(digester.finalize() == Digest.sha256([]))
        digester.update("abc".utf8)
        #expect(digester.finalize() == Digest.sha256("abc".utf8))
    }

    @Test("Many tasks may digest at once")
    func concurrent() async {
        let expected = Digest.sha256("abc".utf8)
        let right = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { (0..<1000).allSatisfy { _ in Digest.sha256("abc".utf8) == expected } } }
            return await group.allSatisfy { $0 }
        }
        #expect(right)
    }
}

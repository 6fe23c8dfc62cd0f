internal import COpenSSL
internal import NIOCore

/// The two buffers between OpenSSL and the channel. OpenSSL reads records from `inbound` and appends its own to
/// `outbound`; nothing else happens in its callbacks, so they never re-enter the pipeline.
final class CiphertextBuffers {
    /// What the channel has read and OpenSSL has not. Dropped when consumed, so that NIO can use its memory again.
    private(set) var inbound: ByteBuffer?
    /// Whether the TCP stream has ended; OpenSSL asks to tell truncation from waiting.
    var inputEnded = false

    private var outbound: ByteBuffer
    private var outboundTaken = false
    /// What an idle connection may keep for its next answer.
    private static let kept = 16384

    init(allocator: ByteBufferAllocator) {
        outbound = allocator.buffer(capacity: 0)
    }

    var inboundBytes: Int { inbound?.readableBytes ?? 0 }
    var hasOutbound: Bool { !outboundTaken && outbound.readableBytes > 0 }

    func receive(_ ciphertext: ByteBuffer) {
        guard var waiting = inbound else {
            inbound = ciphertext
            return
        }
        inbound = nil
        waiting.writeImmutableBuffer(ciphertext)
        inbound = waiting
    }

    func discardInbound() {
        inbound = nil
    }

    /// Everything OpenSSL has produced since the last call. The memory is used again if the channel has written the
    /// buffer by the time of the next record, which is why it is cleared only then.
    func takeOutbound() -> ByteBuffer {
        outboundTaken = true
        return outbound
    }

    /// Gives large memory back once a flush is done.
    func trim() {
        if outboundTaken, outbound.capacity > Self.kept { outbound = ByteBuffer() }
    }

    /// Makes room at once for what is about to be encrypted, instead of growing record by record.
    func reserveOutbound(_ bytes: Int) {
        prepareOutbound(bytes)
        outbound.reserveCapacity(minimumWritableBytes: bytes)
    }

    private func prepareOutbound(_ bytes: Int) {
        guard outboundTaken else { return }
        outbound.clear(minimumCapacity: bytes)
        outboundTaken = false
    }

    fileprivate func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        let read = inbound?.readWithUnsafeReadableBytes { source in
            let count = min(source.count, target.count)
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
            return count
        }
        if inbound?.readableBytes == 0 { inbound = nil }
        return read ?? 0
    }

    fileprivate func write(_ source: UnsafeRawBufferPointer) {
        prepareOutbound(source.count)
        outbound.writeBytes(source)
    }
}

/// A BIO over `CiphertextBuffers`: one staging copy less than `BIO_s_mem`.
enum CiphertextBIO {
    private struct Method: @unchecked Sendable {
        // A table of function pointers: filled once, only read afterwards.
        let pointer: OpaquePointer
    }

    private static let method: Method? = {
        let type = BIO_get_new_index()
        guard type != -1, let pointer = BIO_meth_new(type | BIO_TYPE_SOURCE_SINK, "ByteBuffer") else { return nil }
        BIO_meth_set_read_ex(pointer, readCiphertext)
        BIO_meth_set_write_ex(pointer, writeCiphertext)
        BIO_meth_set_ctrl(pointer, control)
        return Method(pointer: pointer)
    }()

    /// A BIO that borrows the buffers: call `detach` before they go.
    static func make(over buffers: CiphertextBuffers) -> OpaquePointer? {
        guard let method, let bio = BIO_new(method.pointer) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(buffers).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    static func detach(_ bio: OpaquePointer) {
        BIO_set_data(bio, nil)
    }

    fileprivate static func buffers(_ bio: OpaquePointer?) -> CiphertextBuffers? {
        guard let bio, let data = BIO_get_data(bio) else { return nil }
        return Unmanaged<CiphertextBuffers>.fromOpaque(data).takeUnretainedValue()
    }
}

private func readCiphertext(
    _ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ length: Int, _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    partnership_BIO_clear_retry_flags(bio)
    count?.pointee = 0
    guard let buffers = CiphertextBIO.buffers(bio), let bytes, let count else { return 0 }
    count.pointee = buffers.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: length))
    if count.pointee > 0 { return 1 }
    if !buffers.inputEnded { partnership_BIO_set_retry_read(bio) }
    return 0
}

private func writeCiphertext(
    _ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ length: Int, _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    partnership_BIO_clear_retry_flags(bio)
    guard let buffers = CiphertextBIO.buffers(bio), let bytes else { return 0 }
    buffers.write(UnsafeRawBufferPointer(start: bytes, count: length))
    count?.pointee = length
    return 1
}

/// Everything unknown is answered with 0: OpenSSL 3 probes for kernel TLS and takes a 1 for “yes”.
private func control(_ bio: OpaquePointer?, _ command: Int32, _ number: Int, _ pointer: UnsafeMutableRawPointer?) -> Int {
    switch command {
    case BIO_CTRL_FLUSH: 1
    case BIO_CTRL_EOF: CiphertextBIO.buffers(bio)?.inputEnded == true ? 1 : 0
    default: 0
    }
}

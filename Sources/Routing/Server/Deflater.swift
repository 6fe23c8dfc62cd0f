import CZlib
import NIOCore
import Synchronization

/// One gzip stream of zlib's at a time, taken from and given back to a small pool: a fresh one allocates a quarter of a megabyte.
/// Used by one task at a time.
final class Deflater {
    struct Failure: Error {
        let code: Int32
    }

    /// JSON shrinks to nearly the same at 3 as at 6, in half the time.
    private static let level: Int32 = 3
    private static let chunk = 16 * 1024
    /// Streams kept between uses.
    private static let pooled = 4

    private struct Pool: @unchecked Sendable {
        var idle: [UnsafeMutablePointer<z_stream>] = []
    }

    private static let pool = Mutex(Pool())

    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(Failure) {
        if let idle = Self.pool.withLock({ Transferred($0.idle.popLast()) }).pointer {
            stream = idle
            return
        }
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = czlib_deflate_init_gzip(stream, Self.level)
        guard code == Z_OK else {
            stream.deallocate()
            throw Failure(code: code)
        }
    }

    deinit {
        let transferred = Transferred(stream)
        let isKept = Self.pool.withLock { pool in
            guard pool.idle.count < Self.pooled, let pointer = transferred.pointer, deflateReset(pointer) == Z_OK else { return false }
            pool.idle.append(pointer)
            return true
        }
        if !isKept {
            deflateEnd(stream)
            stream.deallocate()
        }
    }

    /// What comes out for `input`; with `finish` also everything still inside and the trailer.
    func deflate(_ input: ByteBuffer, finish: Bool) throws(Failure) -> ByteBuffer {
        var output = ByteBufferAllocator().buffer(capacity: finish ? input.readableBytes / 4 + 64 : Self.chunk)
        var code = Z_OK
        input.withUnsafeReadableBytes { bytes in
            // zlib doesn't write through next_in; the header only lacks a const.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(bytes.count)
            repeat {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: min(Self.chunk, bytes.count / 4 + 64)) { space in
                    stream.pointee.next_out = space.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(space.count)
                    code = CZlib.deflate(stream, finish ? Z_FINISH : Z_NO_FLUSH)
                    return space.count - Int(stream.pointee.avail_out)
                }
            } while code == Z_OK && stream.pointee.avail_out == 0
            stream.pointee.next_in = nil
        }
        // Z_BUF_ERROR only says that there was nothing more to do.
        guard code == (finish ? Z_STREAM_END : Z_OK) || (!finish && code == Z_BUF_ERROR) else { throw Failure(code: code) }
        return output
    }

    /// A pointer that changes hands under the pool's lock and is then the receiver's alone.
    private struct Transferred: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<z_stream>?

        init(_ pointer: UnsafeMutablePointer<z_stream>?) {
            self.pointer = pointer
        }
    }
}

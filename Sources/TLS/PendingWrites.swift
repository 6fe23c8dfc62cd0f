internal import NIOCore

/// Plaintext that waits for a flush, for the handshake, or for the channel to become writable; and how it is cut into
/// pieces for encryption.
struct PendingWrites {
    private struct Write {
        var plaintext: ByteBuffer
        var promise: EventLoopPromise<Void>?
    }

    /// One call to OpenSSL, and the promise that completes with its ciphertext.
    struct Slice {
        var plaintext: ByteBuffer
        var promise: EventLoopPromise<Void>?
    }

    /// Between two slices the channel's writability is looked at.
    private static let largestSlice = 65536

    private var writes = MarkedCircularBuffer<Write>(initialCapacity: 4)
    /// The rest of a write that was larger than a slice; flushed, and before everything else.
    private var remainder: Write?
    /// Small writes joined into one record: a head, a body and an end would else be three, each with header and tag.
    private var joined = ByteBuffer()

    var hasFlushed: Bool { remainder != nil || writes.hasMark }

    mutating func append(_ plaintext: ByteBuffer, promise: EventLoopPromise<Void>?) {
        writes.append(Write(plaintext: plaintext, promise: promise))
    }

    mutating func markFlush() {
        writes.mark()
    }

    /// The next flushed bytes, in order; nil if there are none.
    mutating func nextSlice() -> Slice? {
        guard hasFlushed, var write = remainder ?? writes.popFirst() else { return nil }
        remainder = nil

        if write.plaintext.readableBytes > Self.largestSlice, let part = write.plaintext.readSlice(length: Self.largestSlice) {
            remainder = write
            return Slice(plaintext: part, promise: nil)
        }

        var bytes = write.plaintext.readableBytes
        guard let next = flushedWrite(fitting: bytes) else { return Slice(plaintext: write.plaintext, promise: write.promise) }
        joined.clear(minimumCapacity: bytes + next)
        joined.writeImmutableBuffer(write.plaintext)
        while let next = flushedWrite(fitting: bytes) {
            let other = writes.removeFirst()
            joined.writeImmutableBuffer(other.plaintext)
            bytes += next
            // Completes in the order of the writes.
            write.promise.setOrCascade(to: other.promise)
        }
        return Slice(plaintext: joined, promise: write.promise)
    }

    /// The size of the next flushed write, if one record can hold it together with `bytes` others.
    private func flushedWrite(fitting bytes: Int) -> Int? {
        guard writes.hasMark, let next = writes.first?.plaintext.readableBytes else { return nil }
        return bytes + next <= TLSEngine.largestRecord ? next : nil
    }

    /// Empties the queue. The promises are for the caller to fail: that runs foreign code, which may write again.
    mutating func removeAll() -> [EventLoopPromise<Void>] {
        var promises = [remainder?.promise].compactMap(\.self)
        remainder = nil
        while let write = writes.popFirst() {
            if let promise = write.promise { promises.append(promise) }
        }
        return promises
    }
}

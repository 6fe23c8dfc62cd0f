import Core
import HTTPClient
import Services
import Synchronization

/// What receivers would get, and answers in their place.
final class FakeReceiver: WebhookTransport {
    struct Message: Sendable {
        let url: String
        let headers: [String: String]
        let body: JSON
        let bytes: [UInt8]

        var id: String { headers["webhook-id"] ?? "" }
        var seq: Int64 { body["seq"]?.integerValue ?? -1 }
        var type: String { body["type"]?.stringValue ?? "" }
    }

    typealias Reply = @Sendable (Message) async throws -> HTTPClient.Answer

    private let state = Mutex<(messages: [Message], reply: Reply)>(([], { _ in HTTPClient.Answer(status: 204) }))
    /// The same messages, to be waited for.
    let stream: AsyncStream<Message>
    private let arrived: AsyncStream<Message>.Continuation

    init() {
        (stream, arrived) = AsyncStream.makeStream()
    }

    var messages: [Message] { state.withLock(\.messages) }

    func answer(_ reply: @escaping Reply) { state.withLock { $0.reply = reply } }
    func answer(_ status: Int) { answer { _ in HTTPClient.Answer(status: status) } }
    func clear() { state.withLock { $0.messages = [] } }

    func check(_ url: String) throws { _ = try OutgoingTarget(url) }

    func post(_ url: String, headers: [(name: String, value: String)], body: [UInt8]) async throws -> HTTPClient.Answer {
        let message = Message(
            url: url, headers: Dictionary(headers.map { ($0.name, $0.value) }) { $1 }, body: (try? JSON(parsing: body)) ?? .null,
            bytes: body)
        let reply = state.withLock { state in
            state.messages.append(message)
            return state.reply
        }
        arrived.yield(message)
        return try await reply(message)
    }
}

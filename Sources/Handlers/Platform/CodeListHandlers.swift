import Core
import Domain
package import Routing
package import Services

/// `/v1/code-lists` and `/v1/code-items`.
package struct CodeListHandlers: Sendable {
    private let codes: CodeItemService
    private let operations: ResourceOperations<CodeItemService>

    package init(codes: CodeItemService) {
        self.codes = codes
        operations = ResourceOperations(codes)
    }

    package var bindings: [Binding] {
        [
            Binding("listCodeLists", handle: listCodeLists),
            Binding("getCodeList", target: list, handle: getCodeList),
            operations.list("listCodeItems"),
            operations.create("createCodeItem"),
            operations.bulk("bulkCodeItems"),
            operations.get("getCodeItem"),
            operations.update("updateCodeItem"),
            operations.delete("deleteCodeItem"),
        ]
    }

    private struct Lists: Encodable {
        var items: [CodeListView]
    }

    private struct List: Encodable {
        var name: CodeList
        var title: String
        var description: String
        var attribute: CodeList.Attribute?
        var itemCount: Int
        var items: [CodeItem]
    }

    private func listCodeLists(_ exchange: Exchange) async throws -> Answer {
        try .view(Lists(items: codes.lists()))
    }

    private func list(_ exchange: Exchange) async throws -> Target? {
        CodeList(rawValue: exchange.path("name")).map { Target(id: $0.rawValue) }
    }

    private func getCodeList(_ exchange: Exchange) async throws -> Answer {
        let (list, items) = try codes.list(named: exchange.targetID)
        return try .view(
            List(
                name: list.name, title: list.title, description: list.description, attribute: list.attribute, itemCount: list.itemCount,
                items: items))
    }
}

import Foundation
import Testing

@testable import Repositories

@Suite struct PageSumTests {
    private func page(_ number: UInt32, _ generator: inout some RandomNumberGenerator) -> [UInt8] {
        var page = (0..<DatabasePage.size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        page.withUnsafeMutableBytes { DatabasePage.stamp($0, number: number) }
        return page
    }

    private func isWhole(_ page: [UInt8], _ number: UInt32) -> Bool { page.withUnsafeBytes { DatabasePage.isWhole($0, number: number) } }

    @Test("Whatever byte of a page is changed, its checksum among them, the page isn't whole any more")
    func everyByte() {
        var generator = SystemRandomNumberGenerator()
        var page = page(17, &generator)
        #expect(isWhole(page, 17))
        for place in page.indices {
            let old = page[place]
            page[place] ^= UInt8.random(in: 1...255, using: &generator)
            #expect(!isWhole(page, 17), "byte \(place)")
            page[place] = old
        }
        #expect(isWhole(page, 17))
    }

    @Test("A page in the place of another isn't whole, nor is one of nothing but zeros")
    func place() {
        var generator = SystemRandomNumberGenerator()
        #expect(!isWhole(page(17, &generator), 18))
        #expect(!isWhole([UInt8](repeating: 0, count: DatabasePage.size), 1))
    }
}

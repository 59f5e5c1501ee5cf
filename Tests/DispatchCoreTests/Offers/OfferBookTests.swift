import Testing

@testable import DispatchCore

@Suite("The offer book")
struct OfferBookTests {
    @Test("a driver is reserved for one booking, and again for the same")
    func exclusive() {
        var book = OfferBook()
        let results = [1, 1, 2].map { book.reserve(Samples.driver(1), for: Samples.booking($0)) }
        #expect(results == [true, true, false])
        #expect(book.engagement(of: Samples.driver(1)) == Samples.booking(1))
        #expect(book.engagedCount == 1)
    }

    @Test("only the booking that has a driver lets him go, once")
    func release() {
        var book = OfferBook()
        _ = book.reserve(Samples.driver(1), for: Samples.booking(1))
        let results = [2, 1, 1].map { book.release(Samples.driver(1), from: Samples.booking($0)) }
        #expect(results == [false, true, false])
        #expect(book.engagedCount == 0)
    }
}

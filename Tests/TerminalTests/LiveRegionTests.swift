import Testing

@testable import Terminal

struct LiveRegionTests {
    @Test func `An update goes back to the region's beginning and erases nothing before it writes`() {
        var region = LiveRegion(width: 10, isColoured: false)
        _ = region.update(live: ["one", "two", "three"])
        let output = region.update(settled: ["done"], live: ["four"])
        #expect(
            output
                == "\u{1B}[?2026h\u{1B}[?25l\r\u{1B}[2Adone\u{1B}[K\r\nfour\u{1B}[K\u{1B}[B\r\u{1B}[J\u{1B}[A\u{1B}[?2026l"
        )
    }

    @Test func `What is shown already is not written again`() {
        var region = LiveRegion(width: 10, isColoured: false)
        let cursor = LiveRegion.Cursor(row: 0, column: 2)
        #expect(!region.update(live: ["> "], cursor: cursor).isEmpty)
        #expect(region.update(live: ["> "], cursor: cursor).isEmpty)
        #expect(!region.update(live: ["> "], cursor: LiveRegion.Cursor(row: 0, column: 1)).isEmpty)
    }

    @Test func `Nothing is erased behind a row that fills the width`() {
        var region = LiveRegion(width: 4, isColoured: false)
        #expect(region.update(live: ["abcd"]) == "\u{1B}[?2026h\u{1B}[?25l\rabcd\u{1B}[?2026l")
    }

    @Test func `Leaving puts the cursor below the rows and shows it`() {
        var region = LiveRegion(width: 10, isColoured: false)
        _ = region.update(live: ["one", "two"], cursor: LiveRegion.Cursor(row: 0, column: 1))
        #expect(region.leave() == "\u{1B}[1B\r\n\u{1B}[?25h")
    }
}

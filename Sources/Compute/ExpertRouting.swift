/// One step's choice of experts and its order by expert, in memory that is kept between steps.
package final class ExpertRouting: @unchecked Sendable {
    /// Rows that one expert computes: places in the sorted order.
    struct Share {
        let expert: Int
        let places: Range<Int>
    }

    private(set) var activeCount = 0
    private(set) var rowCount = 0
    /// `[rows, activeCount]`, best first.
    private(set) var experts: [Int32] = []
    private(set) var weights: [Float] = []
    /// Row at each place of the order by expert.
    private(set) var rowAtPlace: [Int] = []
    /// Place of each (row, rank).
    private(set) var places: [Int] = []
    /// Experts that have rows, ascending.
    private(set) var shares: [Share] = []

    let gathered = Tensor(rows: 0, columns: 0)
    let hidden = Tensor(rows: 0, columns: 0)
    let results = Tensor(rows: 0, columns: 0)
    let sharedHidden = Tensor(rows: 0, columns: 0)
    let sharedResults = Tensor(rows: 0, columns: 0)

    package init() {}

    /// The experts of a row, best first, with their weights.
    package func choice(row: Int) -> [(expert: Int, weight: Float)] {
        (row * activeCount..<(row + 1) * activeCount).map { (Int(experts[$0]), weights[$0]) }
    }

    /// Makes room for `rows` choices and lets `body` fill them.
    func fill(
        rows: Int, activeCount: Int,
        _ body: (UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Float>) -> Void
    ) {
        rowCount = rows
        self.activeCount = activeCount
        let count = rows * activeCount
        if experts.count < count {
            experts = Array(repeating: 0, count: count)
            weights = Array(repeating: 0, count: count)
        }
        experts.withUnsafeMutableBufferPointer { experts in
            weights.withUnsafeMutableBufferPointer { weights in
                if let first = experts.baseAddress, let weight = weights.baseAddress { body(first, weight) }
            }
        }
    }

    /// Sorts (row, rank) by expert, rows ascending within one.
    func sort(expertCount: Int) {
        let count = rowCount * activeCount
        var starts = Array(repeating: 0, count: expertCount + 1)
        for index in 0..<count { starts[Int(experts[index]) + 1] += 1 }
        shares.removeAll(keepingCapacity: true)
        for expert in 0..<expertCount {
            let size = starts[expert + 1]
            starts[expert + 1] += starts[expert]
            if size > 0 { shares.append(Share(expert: expert, places: starts[expert]..<starts[expert + 1])) }
        }
        if places.count < count {
            places = Array(repeating: 0, count: count)
            rowAtPlace = Array(repeating: 0, count: count)
        }
        for index in 0..<count {
            let place = starts[Int(experts[index])]
            starts[Int(experts[index])] += 1
            places[index] = place
            rowAtPlace[place] = index / activeCount
        }
    }
}

/// Pairs rows with columns, each at most once.
enum Assignment {
    /// The largest sum of scores over all pairings, by the Hungarian method (Kuhn 1955, with potentials).
    ///
    /// - Parameter scores: by row and column, none of them negative.
    static func largestSum(_ scores: [[Double]]) -> Double {
        let columns = scores.first?.count ?? 0
        guard columns > 0 else { return 0 }
        guard scores.count <= columns else {
            return largestSum((0..<columns).map { column in scores.map { $0[column] } })
        }
        let rows = scores.count
        var rowPotential = [Double](repeating: 0, count: rows + 1)
        var columnPotential = [Double](repeating: 0, count: columns + 1)
        // Row of each column, from 1; column 0 holds the row being placed.
        var rowOf = [Int](repeating: 0, count: columns + 1)
        for row in 1...rows {
            rowOf[0] = row
            var column = 0
            var slack = [Double](repeating: .infinity, count: columns + 1)
            var previous = [Int](repeating: 0, count: columns + 1)
            var isVisited = [Bool](repeating: false, count: columns + 1)
            repeat {
                isVisited[column] = true
                let current = rowOf[column]
                var nearest = 0
                var delta = Double.infinity
                for other in 1...columns where !isVisited[other] {
                    let cost = -scores[current - 1][other - 1] - rowPotential[current] - columnPotential[other]
                    if cost < slack[other] {
                        slack[other] = cost
                        previous[other] = column
                    }
                    if slack[other] < delta {
                        delta = slack[other]
                        nearest = other
                    }
                }
                for other in 0...columns {
                    if isVisited[other] {
                        rowPotential[rowOf[other]] += delta
                        columnPotential[other] -= delta
                    } else {
                        slack[other] -= delta
                    }
                }
                column = nearest
            } while rowOf[column] != 0
            while column != 0 {
                rowOf[column] = rowOf[previous[column]]
                column = previous[column]
            }
        }
        return (1...columns).reduce(0) { sum, column in
            rowOf[column] == 0 ? sum : sum + scores[rowOf[column] - 1][column - 1]
        }
    }
}

import CKernels

extension BatchLayout {
    /// The runs' rows as the attention kernel takes them.
    func kernelPositions(of run: Run) -> [ck_position] {
        run.rows.map { ck_position(row: $0, block_table: table(of: run), limit: limits[$0]) }
    }

    /// The runs in families whose members see at least the first `tokens` keys in the same blocks, in an order that
    /// puts those with the longest common beginning next to each other.
    func families(of runs: [Run], sharing tokens: Int) -> [[Run]] {
        guard runs.count > 1 else { return runs.map { [$0] } }
        let ordered = runs.sorted { a, b in
            let (count, other) = (blockCount(of: a), blockCount(of: b))
            let (first, second) = (table(of: a), table(of: b))
            for index in 0..<min(count, other) where first[index] != second[index] {
                return first[index] < second[index]
            }
            return (count, a.rows.lowerBound) < (other, b.rows.lowerBound)
        }
        var families: [[Run]] = []
        for run in ordered {
            if let last = families.last?.last, share(last, run, tokens) {
                families[families.count - 1].append(run)
            } else {
                families.append([run])
            }
        }
        return families
    }

    private func share(_ a: Run, _ b: Run, _ tokens: Int) -> Bool {
        guard a.keyCount >= tokens, b.keyCount >= tokens else { return false }
        let (first, second) = (table(of: a), table(of: b))
        return (0..<(tokens + blockSize - 1) / blockSize).allSatisfy { first[$0] == second[$0] }
    }

    private func blockCount(of run: Run) -> Int { (run.keyCount + blockSize - 1) / blockSize }
}

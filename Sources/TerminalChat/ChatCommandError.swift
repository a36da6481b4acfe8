/// What is wrong with a command, and what would be right.
package struct ChatCommandError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    /// Names the command that is nearest, if one is near.
    init(unknown name: String) {
        let nearest = ChatCommand.all.map(\.name)
            .map { candidate in
                (candidate, candidate.hasPrefix(name) ? 0 : Self.distance(Array(name), Array(candidate)))
            }
            .min { $0.1 < $1.1 }
        if let (candidate, distance) = nearest, distance <= max(1, name.count / 3) {
            description = "There is no \(name). Did you mean \(candidate)?"
        } else {
            description = "There is no \(name). /help lists the commands."
        }
    }

    /// Letters to insert, to leave out, to change or to swap with the next (optimal string alignment).
    static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var rows = [Array(0...second.count)]
        for i in first.indices {
            var row = [i + 1]
            for j in second.indices {
                let isSame = first[i] == second[j]
                var cost = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (isSame ? 0 : 1))
                if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}

/// Holm's adjustment: several tests, of which none shall be called significant by chance in 95 of 100 cases.
enum Holm {
    /// Adjusted p values in the order given.
    static func adjusted(_ values: [Double]) -> [Double] {
        var adjusted = values
        var largest = 0.0
        for (rank, index) in values.indices.sorted(by: { (values[$0], $0) < (values[$1], $1) }).enumerated() {
            largest = max(largest, min(1, values[index] * Double(values.count - rank)))
            adjusted[index] = largest
        }
        return adjusted
    }
}

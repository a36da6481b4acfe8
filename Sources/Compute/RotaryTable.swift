import Glibc

/// Cosines and sines of one step's rows, computed once and used by all layers.
package final class RotaryTable: @unchecked Sendable {
    /// Which values of a vector turn together.
    package enum Pairing: Sendable {
        /// `(x[i], x[i + d/2])`: Qwen2 and Llama in Hugging Face's order.
        case halves
        /// `(x[2i], x[2i + 1])`: DeepSeek-V3.
        case adjacent
    }

    package let pairing: Pairing
    private let frequencies: RotaryFrequencies
    private let factor: Double
    private let angles = Tensor(rows: 0, columns: 0)

    /// Values that turn.
    package var dimension: Int { 2 * frequencies.frequencies.count }

    /// `factor` multiplies cosines and sines (YaRN's attention factor).
    package init(_ frequencies: RotaryFrequencies, pairing: Pairing, factor: Double = 1) {
        self.frequencies = frequencies
        self.pairing = pairing
        self.factor = factor
    }

    /// Angles for the rows of `layout`, in double precision.
    package func prepare(for layout: BatchLayout, on processor: Processor) {
        let half = dimension / 2
        angles.reshape(rows: layout.rowCount, columns: dimension)
        processor.forRows(layout.rowCount, atLeast: 16) { rows in
            for row in rows {
                let values = angles.pointer(row: row)
                let position = Double(layout.positions[row])
                for j in 0..<half {
                    let angle = position * frequencies.frequencies[j]
                    values[j] = Float(factor * cos(angle))
                    values[half + j] = Float(factor * sin(angle))
                }
            }
        }
    }

    func cosines(row: Int) -> UnsafePointer<Float> { UnsafePointer(angles.pointer(row: row)) }
    func sines(row: Int) -> UnsafePointer<Float> { UnsafePointer(angles.pointer(row: row, column: dimension / 2)) }
}

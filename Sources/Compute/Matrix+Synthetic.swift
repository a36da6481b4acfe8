import CKernels

extension Matrix {
    /// Weights for measurements: as many equal matrices as fill `totalBytes`, at least one. Values of a fixed pattern in
    /// any format but f8e4m3, packed where products ask for it.
    package static func synthetic(
        outputs: Int, inputs: Int, format: ElementFormat, totalBytes: Int, on processor: Processor
    ) -> [Matrix] {
        let values = Tensor(rows: outputs, columns: inputs)
        processor.forRows(outputs, atLeast: 64) { rows in
            for row in rows {
                let place = values.pointer(row: row)
                for column in 0..<inputs { place[column] = Float((row * 7 + column * 13) % 101 - 50) * 0.001 }
            }
        }
        let encoded = processor.encoded(Matrix(values), as: format)
        return (0..<max(1, totalBytes / encoded.byteCount)).map { _ in
            format.isBlocked ? processor.packed(encoded) : processor.encoded(encoded, as: format)
        }
    }
}

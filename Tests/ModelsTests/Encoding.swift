import Checkpoints
import Compute

/// Weights in the types of GGUF files.
enum Encoding {
    static func bytes(of values: [Float], rowLength: Int, as type: ElementType) throws -> [UInt8] {
        let tensor = Tensor(rows: values.count / rowLength, columns: rowLength)
        for row in 0..<tensor.rows {
            tensor.withMutableRow(row) { out in
                for index in out.indices { out[index] = values[row * rowLength + index] }
            }
        }
        return bytes(of: try Processor(threads: 1).encoded(Matrix(tensor), as: format(type)))
    }

    static func bytes(of matrix: Matrix) -> [UInt8] {
        matrix.withBytes { $0.withUnsafeBytes { Array($0) } }
    }

    static func decoded(_ bytes: [UInt8], _ type: ElementType, count: Int) -> [Float] {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return [] }
            return Tensor(decoding: base, format: format(type), count: count).row(0)
        }
    }

    static func format(_ type: ElementType) -> ElementFormat {
        guard let format = ElementFormat.allCases.first(where: { "\($0)" == "\(type)" }) else {
            preconditionFailure("no format for \(type)")
        }
        return format
    }
}

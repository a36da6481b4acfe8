import CKernels
import Glibc

/// The inputs that one list of operations multiplies by block formats, each quantised once, in memory that is kept
/// between lists.
final class QuantizedInputs: @unchecked Sendable {
    /// What is quantised: columns of a tensor.
    private struct Source: Hashable {
        let tensor: ObjectIdentifier
        let column: Int
        let width: Int
    }

    private struct Place {
        let tensor: Tensor
        let column: Int
        let width: Int
        var rows: Range<Int>
        var offset = 0

        var rowBytes: Int { ck_quantized_bytes(width) }
    }

    private var places: [Place] = []
    private var numbers: [Source: Int] = [:]
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0

    deinit { free(base) }

    func removeAll() {
        places.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
    }

    /// Asks for rows of `width` columns and returns the number to find them by.
    func add(_ tensor: Tensor, column: Int, width: Int, rows: Range<Int>) -> Int {
        let source = Source(tensor: ObjectIdentifier(tensor), column: column, width: width)
        if let number = numbers[source] {
            let known = places[number].rows
            places[number].rows =
                min(known.lowerBound, rows.lowerBound)..<max(known.upperBound, rows.upperBound)
            return number
        }
        numbers[source] = places.count
        places.append(Place(tensor: tensor, column: column, width: width, rows: rows))
        return places.count - 1
    }

    /// Quantises all that was asked for.
    func fill(with processor: Processor) {
        var bytes = 0
        for index in places.indices {
            places[index].offset = bytes
            bytes += (places[index].rows.count * places[index].rowBytes + 63) / 64 * 64
        }
        reserve(bytes)
        guard let base else { return }
        for place in places {
            processor.forRows(place.rows.count, atLeast: 4) { rows in
                let first = place.rows.lowerBound + rows.lowerBound
                processor.kernels.quantize(
                    place.tensor.pointer(row: first, column: place.column), place.tensor.columns, rows.count,
                    place.width, base + place.offset + rows.lowerBound * place.rowBytes, place.rowBytes)
            }
        }
    }

    /// Row `row` of the tensor, quantised, and the bytes from row to row.
    func row(_ row: Int, of number: Int) -> (pointer: UnsafeRawPointer?, stride: Int) {
        let place = places[number]
        precondition(place.rows.contains(row), "row \(row) of \(place.rows)")
        return (
            base.map { UnsafeRawPointer($0 + place.offset + (row - place.rows.lowerBound) * place.rowBytes) },
            place.rowBytes
        )
    }

    private func reserve(_ bytes: Int) {
        if bytes <= capacity { return }
        free(base)
        capacity = bytes + bytes / 4
        base = aligned_alloc(64, (capacity + 63) / 64 * 64)
        guard base != nil else { fatalError("out of memory: \(capacity) bytes of quantised activations") }
    }
}

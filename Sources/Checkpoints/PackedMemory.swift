import CLinux
import Glibc

/// Memory for packed weights, taken from the system in pieces that huge pages can back. One caller at a time.
package final class PackedMemory: @unchecked Sendable {
    private static let pieceBytes = 256 << 20
    private static let alignment = 64

    private var piece: Piece?
    private var used = 0

    /// Unchecked because only a region's filler writes.
    private final class Piece: @unchecked Sendable {
        let base: UnsafeMutableRawPointer
        let byteCount: Int

        init?(byteCount: Int) {
            guard let base = linux_map_memory(byteCount, 1) else { return nil }
            self.base = base
            self.byteCount = byteCount
        }

        deinit { munmap(base, byteCount) }
    }

    /// Throws when the system has no memory left.
    func region(byteCount: Int) throws(CheckpointError) -> PackedRegion {
        if let piece, used + byteCount <= piece.byteCount { return take(byteCount, of: piece) }
        guard let piece = Piece(byteCount: max(Self.pieceBytes, byteCount)) else {
            throw CheckpointError(
                file: "packed weights", problem: "\(HumanReadable.bytes(byteCount)) of memory cannot be had",
                remedy: "Free memory, or take a smaller quantisation.")
        }
        self.piece = piece
        used = 0
        return take(byteCount, of: piece)
    }

    private func take(_ byteCount: Int, of piece: Piece) -> PackedRegion {
        defer { used += (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment }
        return .empty(base: piece.base + used, owner: piece)
    }
}

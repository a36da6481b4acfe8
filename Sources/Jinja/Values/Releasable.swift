/// Something that may come to hold itself, or a long chain of its kind, and is emptied when the rendering ends.
protocol Releasable: AnyObject {
    func clear()
}

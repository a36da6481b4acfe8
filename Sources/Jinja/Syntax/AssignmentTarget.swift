/// What a value is assigned to.
indirect enum AssignmentTarget: Sendable {
    case name(Int)
    case namespaceAttribute(Int, String)
    case tuple([AssignmentTarget])
}

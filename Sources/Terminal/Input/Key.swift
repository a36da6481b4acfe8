/// What was pressed, or pasted.
package enum Key: Hashable, Sendable {
    /// One scalar that was typed.
    case text(Unicode.Scalar)
    /// What bracketed paste put between its marks.
    case paste(String)
    /// Control with a letter, or with one of `@[\]^_`.
    case control(Unicode.Scalar)
    /// Alt (or escape before it) with a letter or sign, in lower case.
    case alt(Unicode.Scalar)
    case enter
    /// Enter with Alt, Shift or Control.
    case lineBreak
    case tab
    case backTab
    case escape
    case backspace
    case altBackspace
    case delete
    case up
    case down
    case left
    case right
    case wordLeft
    case wordRight
    case home
    case end
    case pageUp
    case pageDown
    /// A sequence that means nothing here.
    case unknown
}

internal import Engine

extension Generation: TokenStream {}

extension Engine: TokenSource {}

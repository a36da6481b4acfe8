import Glibc

func exponential(_ x: Double) -> Double { exp(x) }
func cosineOf(_ x: Double) -> Double { cos(x) }
func sineOf(_ x: Double) -> Double { sin(x) }

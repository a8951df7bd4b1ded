package gateway_test

import (
	"testing"

	"retryctl.dev/translators/gateway"
)

func TestAFaultIsInSomePatches(t *testing.T) {
	at := func(text string) gateway.Version {
		v, err := gateway.ParseVersion(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	f := gateway.Fault{First: at("3.6.2"), Fixed: at("3.8.1")}
	for version, want := range map[string][2]bool{
		"3.5": {}, "3.6": {false, true}, "3.6.1": {}, "3.6.2": {true, false}, "3.7": {true, false}, "3.7.9": {true, false},
		"3.8": {false, true}, "3.8.0": {true, false}, "3.8.1": {}, "3.9": {}, "4.0": {},
	} {
		if has, perhaps := f.In(at(version)); [2]bool{has, perhaps} != want {
			t.Errorf("%s: has it %v, perhaps %v", version, has, perhaps)
		}
	}
	if whole := (gateway.Fault{First: at("1.3.0"), Fixed: at("1.5.0")}); true {
		if has, perhaps := whole.In(at("1.4")); !has || perhaps {
			t.Error("1.4 has it in every patch")
		}
		if has, perhaps := whole.In(at("1.5")); has || perhaps {
			t.Error("1.5 has it in no patch")
		}
	}
}

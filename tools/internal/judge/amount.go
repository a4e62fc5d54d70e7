package judge

import (
	"errors"

	"taizhang/tools/internal/value"
)

// amount writes an amount of a form, a number in 万元, in the ways that people
// check it by.
func (j *Judge) amount(q question) (any, error) {
	var p struct{ Text string }
	if err := q.into(&p); err != nil {
		return nil, err
	}
	fen, err := value.ParseAmount(p.Text)
	switch {
	case errors.Is(err, value.ErrAmountDecimals):
		return nil, fault("金额最多六位小数（精确到分）", "an amount has at most six decimals, which is one fen")
	case errors.Is(err, value.ErrAmountRange):
		return nil, fault("金额超过一千万万元", "the amount is beyond 10,000,000 万元")
	case err != nil:
		return nil, fault("金额只写数字，单位万元，如 1280.5", "an amount is a plain number in 万元, such as 1280.5")
	}
	return map[string]string{"wan": value.FormatWan(fen), "yuan": value.FormatYuan(fen), "words": value.Words(fen)}, nil
}

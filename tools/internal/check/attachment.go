package check

import (
	"bytes"
	"crypto/sha256"
	"path"
	"strings"
	"sync"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
)

// Inspector calls found for each piece of text inside an attachment, with words
// for where it stands. The error says what could not be read, in both languages
// by a method Text. The readers of formats are no part of the judging core, so
// it is given one.
type Inspector func(name string, data []byte, found func(where finding.Text, text string)) error

// attachment looks into the name of an attachment and into what it says.
func (j *Judge) attachment(p *registry.Project, name string) []finding.Finding {
	file := p.Dir + "/" + name
	plain := path.Ext(name) == ".txt"
	if !plain && j.Inspect == nil {
		return j.Rules.Text(file, nil, nil)
	}
	data, err := j.Registry.Read(file, registry.AttachmentLimit)
	switch {
	case err != nil:
		return append(j.Rules.Text(file, nil, nil), unread(file, finding.Text{Zh: "读不到文件", En: "the file cannot be got"}))
	case len(data) > registry.AttachmentLimit:
		return append(j.Rules.Text(file, nil, nil), unread(file, finding.Text{Zh: "超过 64 MiB", En: "it is larger than 64 MiB"}))
	case plain:
		return j.Rules.Text(file, data, nil)
	}
	return append(j.Rules.Text(file, nil, nil), j.inside(file, data)...)
}

// inside looks into a file that is taken apart to be read.
func (j *Judge) inside(file string, data []byte) []finding.Finding {
	var fs []finding.Finding
	seen := map[string]bool{}
	err := j.Inspect(path.Base(file), data, func(where finding.Text, text string) {
		for _, f := range j.Rules.Within(file, where, text) {
			if k := key(&f); !seen[k] && len(seen) < maxInside {
				seen[k] = true
				fs = append(fs, f)
			}
		}
	})
	if err != nil {
		why := finding.Text{Zh: err.Error(), En: err.Error()}
		if t, ok := err.(interface{ Text() finding.Text }); ok {
			why = t.Text()
		}
		fs = append(fs, unread(file, why))
	}
	return fs
}

// Content looks for personal data and marks of secrecy in one file, whatever it
// is and wherever it stands, and in its name. It asks for [Judge.Inspect].
func (j *Judge) Content(file string, data []byte) []finding.Finding {
	fs := j.Rules.Within(file, finding.Text{Zh: "文件名", En: "the file's name"}, file)
	switch {
	case path.Ext(file) == ".md":
		fs = append(fs, j.Rules.Text(file, data, record.FrontMatter(file, data))...)
	case utf8.Valid(data) && !bytes.HasPrefix(data, []byte("%PDF-")):
		var root *record.Node
		if ext := path.Ext(file); ext == ".yaml" || ext == ".yml" {
			root, _ = record.ParseYAML(file, data)
		}
		fs = append(fs, j.Rules.Text(file, data, root)...)
	default:
		fs = append(fs, j.inside(file, data)...)
	}
	j.Rules.Complete(fs)
	return fs
}

// Fresh returns the findings that are not among those before, each counted once.
func Fresh(before, after []finding.Finding) []finding.Finding { return mended(after, before) }

// maxInside bounds the findings inside one attachment.
const maxInside = 20

func unread(file string, why finding.Text) finding.Finding {
	return finding.Finding{Rule: "F-018", Place: finding.Place{File: file, Line: 1, Col: 1}, Sensitive: true,
		Message: finding.Text{Zh: "附件没有能够检查个人信息和涉密标志：" + why.Zh, En: "the attachment could not be searched for personal data and marks of secrecy: " + why.En}}
}

// remember makes an inspector that takes each content apart once: both sides of
// a change hold most attachments alike.
func remember(inspect Inspector) Inspector {
	if inspect == nil {
		return nil
	}
	type piece struct {
		where finding.Text
		text  string
	}
	type content struct {
		once   sync.Once
		pieces []piece
		err    error
	}
	var known sync.Map // by name and hash
	return func(name string, data []byte, found func(finding.Text, string)) error {
		sum := sha256.Sum256(data)
		v, _ := known.LoadOrStore(path.Ext(name)+string(sum[:]), &content{})
		c := v.(*content)
		c.once.Do(func() {
			c.err = inspect(name, data, func(where finding.Text, text string) {
				c.pieces = append(c.pieces, piece{where, text})
			})
		})
		for _, p := range c.pieces {
			found(p.where, p.text)
		}
		return c.err
	}
}

// Commit is what the history says of one commit of a change.
type Commit struct {
	Hash                       string
	Author, Committer, Message string
}

// History looks for numbers of persons in the commits of a change: what is
// pushed stays. The names of those who commit are an ordinary part of history
// and left alone, and so are their mail addresses, unless a number is in them.
// at is a file of the change, for the findings to stand at.
func (j *Judge) History(commits []Commit, at string) []finding.Finding {
	var fs []finding.Finding
	for _, c := range commits {
		for _, part := range []struct {
			where finding.Text
			text  string
		}{
			{finding.Text{Zh: "作者署名", En: "the author"}, c.Author},
			{finding.Text{Zh: "提交者署名", En: "the committer"}, c.Committer},
			{finding.Text{Zh: "提交说明", En: "the message"}, c.Message},
		} {
			short := c.Hash[:min(len(c.Hash), 10)]
			where := finding.Text{Zh: "提交 " + short + " 的" + part.where.Zh, En: part.where.En + " of commit " + short}
			if len(fs) < maxInside {
				fs = append(fs, j.Rules.Within(at, where, strings.ReplaceAll(part.text, "@", " "))...)
			}
		}
	}
	j.Rules.Complete(fs)
	return fs
}

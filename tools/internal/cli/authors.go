package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"taizhang/tools/internal/forge"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/registry"
)

// Who wrote a change may not approve it. Authors are read from the commits of
// its branch, by the addresses in them and by the accounts that a forge knows for
// them. Whoever only joins what others wrote, by a button of the forge as a rule,
// has written nothing.

// wrote notes who wrote, committed or helped with the change, by their addresses.
func (p *proposal) wrote(addresses []string) {
	persons := map[string]bool{}
	p.unknown, p.addresses = 0, addresses
	for _, address := range addresses {
		if person, ok := p.people.ByEmail(address); ok {
			persons[person] = true
		} else {
			p.unknown++
		}
	}
	p.authors = slices.Sorted(maps.Keys(persons))
}

// askedBy adds who wrote the commits of the request whose head that is: what a
// forge merges, or tries in a queue, need not tell when it is a squash.
func (a *app) askedBy(p *proposal, head string) error {
	if head == p.head.Hash {
		return nil
	}
	commits, err := p.repo.Beyond(p.tip.Hash, head)
	if err != nil {
		return cannot(fmt.Errorf("%s: %w", a.say("读不到请求里的提交，不知道是谁写的", "the commits of the request cannot be read, so it is not known who wrote it"), err),
			a.say("先取来请求的提交：git fetch origin 请求的引用", "fetch the commits of the request first"))
	}
	all := append(slices.Clone(p.addresses), addresses(handmade(p.repo, commits))...)
	p.wrote(slices.Compact(slices.Sorted(slices.Values(all))))
	return nil
}

// writtenBy adds the persons whose accounts opened the request or wrote its
// commits to the authors of a proposal.
func (p *proposal) writtenBy(f forge.Forge, req *forge.Request) {
	accounts := []forge.Account{req.Author}
	var commits []gitobj.Commit
	for _, c := range req.Commits {
		commit, err := p.repo.Commit(c.SHA)
		if err != nil {
			commit = gitobj.Commit{Hash: c.SHA}
		}
		commits = append(commits, commit)
	}
	written := handmade(p.repo, commits)
	for _, c := range req.Commits {
		if slices.ContainsFunc(written, func(w gitobj.Commit) bool { return w.Hash == c.SHA }) {
			accounts = append(accounts, c.By...)
		}
	}
	for _, account := range accounts {
		p.authors = append(p.authors, p.people.Holders(f.Name(), account.ID)...)
	}
	p.authors = slices.Compact(slices.Sorted(slices.Values(p.authors)))
}

// authorsOf lists the addresses of those who wrote what a commit of main brings.
// Whoever merges writes nothing, unless the merge holds what no branch of it has;
// nor does the committer of a commit with one parent, who has put there what its
// author wrote: forges name so whoever pressed the button to squash or rebase.
func authorsOf(repo *gitobj.Repo, c gitobj.Commit, prefix string, changes []gitobj.Change) ([]string, error) {
	if len(c.Parents) < 2 {
		c.Committer = c.Author
		return addresses([]gitobj.Commit{c}), nil
	}
	var brought []gitobj.Commit
	own := slices.Clone(changes)
	own = slices.DeleteFunc(own, func(ch gitobj.Change) bool { return registry.InDecisions(strings.TrimPrefix(ch.Path, prefix)) })
	for _, p := range c.Parents[1:] {
		list, err := repo.Beyond(c.Parents[0], p)
		if err != nil {
			return nil, err
		}
		brought = append(brought, handmade(repo, list)...)
		side, err := repo.Tree(p)
		if err != nil {
			return nil, err
		}
		own = slices.DeleteFunc(own, func(ch gitobj.Change) bool {
			e, there, err := side.Lookup(ch.Path)
			return err == nil && there == (ch.New != nil) && (!there || e.Hash == ch.New.Hash && e.Mode == ch.New.Mode)
		})
	}
	if len(own) > 0 {
		brought = append(brought, c)
	}
	return addresses(brought), nil
}

// handmade leaves out the merges that Git makes by itself. Of a branch with more of
// them than anybody makes, or that join more than a registry holds, the others count
// as written.
func handmade(repo *gitobj.Repo, commits []gitobj.Commit) []gitobj.Commit {
	joins, entries := 200, 2_000_000
	return slices.DeleteFunc(slices.Clone(commits), func(c gitobj.Commit) bool {
		if len(c.Parents) != 2 || joins == 0 {
			return false
		}
		joins--
		return mechanical(repo, &c, &entries)
	})
}

// mechanical reports whether a commit joins two others and holds for each path
// what the one of them has that changed it: as a merge without conflicts does, and
// the button that brings a request up to date. It looks at so many entries at most.
func mechanical(repo *gitobj.Repo, c *gitobj.Commit, entries *int) bool {
	base, err := repo.MergeBase(c.Parents[0], c.Parents[1])
	if err != nil {
		return false
	}
	was, err := repo.Tree(base)
	if err != nil {
		return false
	}
	changed := func(rev string) map[string]string {
		is, err := repo.Tree(rev)
		if err != nil {
			return nil
		}
		list, err := repo.Within(entries, was, is)
		if err != nil {
			return nil
		}
		out := map[string]string{}
		for _, ch := range list {
			out[ch.Path] = hashOf(ch.New)
		}
		return out
	}
	one, other, now := changed(c.Parents[0]), changed(c.Parents[1]), changed(c.Hash)
	if one == nil || other == nil || now == nil {
		return false
	}
	for path, hash := range other {
		if mine, both := one[path]; both && mine != hash {
			return false
		}
		one[path] = hash
	}
	return maps.Equal(one, now)
}

// addresses lists the mail addresses of those who wrote, committed or helped
// with commits, sorted.
func addresses(commits []gitobj.Commit) []string {
	found := map[string]bool{}
	add := func(who string) {
		_, address, _ := strings.Cut(who, "<")
		found[strings.ToLower(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(address), ">")))] = true
	}
	for _, c := range commits {
		add(c.Author)
		add(c.Committer)
		for line := range strings.Lines(c.Message) {
			key, who, ok := strings.Cut(line, ":")
			if ok && strings.EqualFold(strings.TrimSpace(key), "co-authored-by") {
				add(who)
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

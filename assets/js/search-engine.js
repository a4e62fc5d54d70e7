// Answers queries from the static search index; tools/internal/search describes
// its files. Knows nothing of the page: search.js shows what is found.
var taizhangSearch = (function () {
  'use strict';

  var fold = taizhangText.fold, terms = taizhangText.terms, hash = taizhangText.hash, grams = taizhangText.grams;
  var mostRead = 30, mostParts = 24;

  function Reader(bytes) { this.bytes = bytes; this.at = 0; }
  Reader.prototype.varint = function () {
    for (var n = 0, shift = 0; ; shift += 7) {
      var b = this.bytes[this.at++];
      if (b === undefined) throw new Error('cut short');
      n += (b & 127) * Math.pow(2, shift);
      if (b < 128) return n;
    }
  };
  // Numbers of a fixed width, seven bits a byte.
  Reader.prototype.packed = function (count, width) {
    var out = new Uint32Array(count), bit = 0;
    for (var i = 0; i < count; i++) {
      for (var have = 0; have < width;) {
        var in7 = bit % 7, n = Math.min(width - have, 7 - in7);
        out[i] |= (this.bytes[this.at + (bit - in7) / 7] >> in7 & (1 << n) - 1) << have;
        have += n;
        bit += n;
      }
    }
    this.at += Math.ceil(bit / 7);
    return out;
  };
  Reader.prototype.column = function (count) {
    var first = this.packed(count, this.varint()), more = [], at = 0;
    for (var n = this.varint(); n > 0; n--) {
      at += this.varint();
      more.push([at, this.varint()]);
    }
    return { first: first, more: more };
  };

  // get(name, fresh) gives a promise of a file of the index as a Response.
  return { open: open };

  function open(get) {
    var root, files = new Map();

    function file(kind, name, read) {
      var key = root.version + '/' + kind + '/' + name;
      if (!files.has(key)) {
        var loaded = get(key).then(read);
        files.set(key, loaded);
        loaded.catch(function () { files.delete(key); }); // so that a retry asks again
      }
      return files.get(key);
    }
    // Files of a version are packed, unless something on the way unpacked them.
    function bytes(r) {
      return r.arrayBuffer().then(function (b) {
        var head = new Uint8Array(b, 0, Math.min(2, b.byteLength));
        if (head[0] !== 0x1f || head[1] !== 0x8b) return b;
        return new Response(new Blob([b]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
      });
    }
    function numbers(r) { return bytes(r).then(function (b) { return new Reader(new Uint8Array(b)); }); }
    function json(r) { return bytes(r).then(function (b) { return JSON.parse(new TextDecoder().decode(b)); }); }

    // Finds where the list of each gram begins in a file of grams.
    function shard(n) {
      return file('g', n + '.bin', function (r) {
        return numbers(r).then(function (in_) {
          var lists = new Map(), h = (n << 32 - root.bits) >>> 0;
          while (in_.at < in_.bytes.length) {
            h += in_.varint();
            lists.set(h, in_.at);
            eachList(in_, function () {});
          }
          return { bytes: in_.bytes, lists: lists };
        });
      });
    }

    // Calls fn(project, level) for the list that begins here, and leaves it.
    function eachList(in_, fn) {
      for (var more = 1; more;) {
        var head = in_.varint(), level = head >> 1 & 3, count = Math.floor(head / 16), doc = 0;
        more = head & 1;
        if (head & 8) {
          var size = Math.ceil(root.projects / 7);
          for (var i = 0; i < size; i++) {
            for (var b = in_.bytes[in_.at + i], k = 0; b; b >>= 1, k++) if (b & 1) fn(i * 7 + k, level);
          }
          in_.at += size;
        } else {
          for (; count > 0; count--) fn(doc += in_.varint(), level);
        }
      }
    }

    // Gives, for each project, one more than the level at which it holds the
    // gram, or 0.
    function lookUp(h) {
      return shard(h >>> 32 - root.bits).then(function (s) {
        var out = new Uint8Array(root.projects);
        if (s.lists.has(h)) {
          var in_ = new Reader(s.bytes);
          in_.at = s.lists.get(h);
          eachList(in_, function (doc, level) { if (level >= out[doc]) out[doc] = level + 1; });
        }
        return out;
      });
    }

    function merge(lists, best) {
      var out = lists[0];
      for (var k = 1; k < lists.length; k++) {
        for (var i = 0, l = lists[k]; i < out.length; i++) out[i] = best(out[i], l[i]);
      }
      return out;
    }
    function min(a, b) { return a < b ? a : b; }
    function max(a, b) { return a > b ? a : b; }

    function start(fresh) {
      if (root && !fresh) return Promise.resolve(root);
      return get('index.json').then(function (r) { return r.json(); }).then(function (r) {
        if (root && root.version !== r.version) files.clear();
        return root = r;
      });
    }

    // Finds the projects that hold all terms and, of each facet in filters, one
    // of the values. hits are in the order asked for: relevance, newest, amount.
    // every: all texts are searched again, so that the number is exact.
    function find(query, filters, sort, every) {
      return start().then(function () {
        var all = terms(query), chosen = filtered(filters);
        return Promise.all([
          Promise.all(all.map(lookUpAll)),
          masks(chosen, filters),
          sort === 'amount' ? Promise.all(blocks().map(function (n) { return file('a', n + '.bin', numbers); })) : []
        ]).then(function (got) {
          var r = select(all, got[0], chosen, got[1]);
          order(r, sort, got[2]);
          return verify(r, every);
        });
      });
    }

    // Finds the projects that come near to a query which none answers: names are
    // remembered by halves and written without spaces. The best of those that hold
    // most of its pairs of Chinese characters and of its Latin words come first.
    function similar(query, filters) {
      return start().then(function () {
        var parts = [], chosen = filtered(filters);
        terms(query).join(' ').replace(/[^\x00-\x7f]+|[^\s\x80-\uffff]+/g, function (run) {
          var chars = Array.from(run), pairs = run < '\x80' ? [run] : chars.slice(1).map(function (c, i) { return chars[i] + c; });
          pairs.forEach(function (p) { if (parts.indexOf(p) < 0 && parts.length < mostParts) parts.push(p); });
        });
        var none = { terms: parts, alone: [], hits: [], near: [], score: [], exact: true, loose: true };
        if (parts.length < 2) return none;
        return Promise.all([Promise.all(parts.map(lookUpAll)), masks(chosen, filters)]).then(function (got) {
          var lists = got[0], weights = lists.map(weight), score = new Float32Array(root.projects), hits = [];
          for (var i = 0; i < root.projects; i++) {
            if (!got[1].every(function (m) { return m[i]; })) continue;
            var held = 0;
            for (var k = 0; k < lists.length; k++) if (lists[k][i]) { held++; score[i] += lists[k][i] * weights[k]; }
            if (held >= parts.length * .6) hits.push(i);
          }
          hits.sort(function (a, b) { return score[b] - score[a] || a - b; });
          return Object.assign(none, { version: root.version, hits: hits.slice(0, mostRead), score: score });
        });
      });
    }

    function lookUpAll(term) { return Promise.all(grams(term).map(lookUp)).then(function (l) { return merge(l, min); }); }
    function filtered(filters) { return root.facets.map(function (f) { return f.key; }).filter(function (k) { return (filters[k] || []).length; }); }
    function masks(chosen, filters) {
      return Promise.all(chosen.map(function (k) {
        return Promise.all(filters[k].map(function (v) { return lookUp(hash(0x9e3779b9, k + '=' + v)); })).then(function (l) { return merge(l, max); });
      }));
    }

    // How much it tells that a project holds a term: the more the fewer titles do.
    function weight(list) {
      var titles = list.reduce(function (n, v) { return n + (v === 3); }, 0);
      return Math.log2(2 + root.projects / (1 + titles));
    }

    // Where grams may have let through what does not hold a term as a whole, the
    // texts of a few projects are searched; of many, those that are shown.
    function verify(r, every) {
      if (r.exact || !every && r.hits.length > mostRead) return r;
      var all = every || r.hits.length + r.near.length <= mostRead;
      return docs(r, r.hits.concat(all ? r.near.map(function (n) { return n[0]; }) : [])).then(function (ok) {
        var hits = r.hits.length;
        r.hits = r.hits.filter(function (_, i) { return ok[i]; });
        r.near = r.near.filter(function (_, i) { return !all || ok[hits + i]; });
        r.exact = true;
        return r;
      });
    }

    function blocks() {
      var out = [];
      for (var n = 0; n * root.block < root.projects; n++) out.push(n);
      return out;
    }

    // A project that fails one filter only counts for the values of that facet.
    function select(all, lists, chosen, masks) {
      var score = new Uint16Array(root.projects), near = [], hits = [], weights = lists.map(weight);
      var alone = lists.map(function (l) { return l.reduce(function (n, v) { return n + (v > 0); }, 0); });
      for (var i = 0; i < root.projects; i++) {
        var sum = 1;
        for (var k = 0; k < lists.length && sum; k++) sum = lists[k][i] ? sum + lists[k][i] * weights[k] : 0;
        if (!sum) continue;
        var fails = 0, where = -1;
        for (k = 0; k < masks.length && fails < 2; k++) if (!masks[k][i]) { fails++; where = k; }
        if (fails === 0) { hits.push(i); score[i] = min(65535, Math.round(sum * 4)); } else if (fails === 1) near.push([i, chosen[where]]);
      }
      var exact = all.every(function (t) { return grams(t).length === 1; });
      return { version: root.version, terms: all, alone: alone, hits: hits, near: near, score: score, exact: exact };
    }

    // Projects are numbered newest first, and sorting keeps the order of equals.
    function order(r, sort, columns) {
      if (sort === 'amount') {
        var rank = [];
        columns.forEach(function (c, n) {
          var values = new Reader(c.bytes).column(Math.min(root.block, root.projects - n * root.block)).first;
          for (var i = 0; i < values.length; i++) rank.push(values[i]);
        });
        r.hits.sort(function (a, b) { return rank[b] - rank[a] || a - b; });
      } else if (sort !== 'newest') {
        var by = [];
        r.hits.forEach(function (i) { (by[r.score[i]] = by[r.score[i]] || []).push(i); });
        r.hits = by.reverse().flat();
      }
    }

    // Counts the values of all facets among what was found: an object by facet
    // of maps from value number to count.
    function counts(r) {
      var needed = blocks().map(function () { return false; });
      r.hits.forEach(function (i) { needed[Math.floor(i / root.block)] = true; });
      r.near.forEach(function (n) { needed[Math.floor(n[0] / root.block)] = true; });
      return Promise.all(needed.map(function (yes, n) { return yes ? block(n) : null; })).then(function (columns) {
        var out = {};
        root.facets.forEach(function (f, k) {
          var tally = [], n = -1, first, more;
          var add = function (i) {
            if (Math.floor(i / root.block) !== n) {
              n = Math.floor(i / root.block);
              first = columns[n][k].first;
              more = columns[n][k].more.size ? columns[n][k].more : null;
            }
            var at = i - n * root.block, v = first[at];
            if (!v) return;
            tally[v - 1] = (tally[v - 1] || 0) + 1;
            var others = more && more.get(at);
            if (others) others.forEach(function (v) { tally[v] = (tally[v] || 0) + 1; });
          };
          for (var j = 0; j < r.hits.length; j++) add(r.hits[j]);
          r.near.forEach(function (n) { if (n[1] === f.key) add(n[0]); });
          out[f.key] = new Map();
          tally.forEach(function (count, v) { out[f.key].set(v, count); });
        });
        return out;
      });
    }

    function block(n) {
      return file('f', n + '.bin', function (r) {
        return numbers(r).then(function (in_) {
          return root.facets.map(function () {
            var c = in_.column(Math.min(root.block, root.projects - n * root.block)), more = new Map();
            c.more.forEach(function (m) { more.set(m[0], (more.get(m[0]) || []).concat(m[1])); });
            return { first: c.first, more: more };
          });
        });
      });
    }

    // Gives the value of a facet by its number: [id, name, English name].
    function value(facet, n) {
      if (n < facet.values.length) return Promise.resolve(facet.values[n]);
      var chunk = Math.floor(n / root.names);
      return file('v', facet.key + '-' + chunk + '.bin', json).then(function (l) { return l[n - chunk * root.names]; });
    }

    // Gives the texts of a project, or null if they do not hold all terms.
    function doc(r, n) {
      return file('d', n + '.bin', json).then(function (d) {
        if (!d.folded) d.folded = d.fields.map(function (f) { return fold(f[2]); });
        var ok = r.loose || r.terms.every(function (t) { return d.folded.some(function (f) { return f.text.indexOf(t) >= 0; }); });
        return ok ? d : null;
      });
    }

    // Gives doc of many projects, so many at a time: a browser refuses thousands
    // of requests at once.
    function docs(r, asked) {
      var out = [], next = 0;
      function one() {
        var i = next++;
        return i < asked.length ? doc(r, asked[i]).then(function (d) { out[i] = d; return one(); }) : null;
      }
      return Promise.all(asked.slice(0, mostRead).map(one)).then(function () { return out; });
    }

    // Gives a function that names a label in both languages.
    function labels() {
      return file('l', 'en.bin', json).then(function (en) {
        return function (zh) {
          return [zh, zh.split(' · ').map(function (part) { return en[part] || part; }).join(' · ')];
        };
      });
    }

    return { start: start, find: find, similar: similar, counts: counts, value: value, docs: docs, labels: labels };
  }
})();

CREATE TABLE province (
  province_name TEXT,
  area INTEGER,
  population INTEGER,
  capital TEXT
);

CREATE TABLE town (
  town_name TEXT,
  province_name TEXT,
  population INTEGER
);

CREATE TABLE stream (
  stream_name TEXT,
  length INTEGER,
  crosses TEXT
);

CREATE TABLE peak (
  peak_name TEXT,
  height INTEGER,
  province_name TEXT
);

CREATE TABLE frontier (
  province_name TEXT,
  borders TEXT
);

INSERT INTO province VALUES
('velden', 4100, 612000, 'harrow'),
('osterling', 9800, 240500, 'pell'),
('marrak', 2300, 1180000, 'sundby'),
('tolm', 15200, 98000, 'ruske'),
('quist', 7600, 455000, 'ambry'),
('lower hern', 5200, 330000, 'dossel'),
('upper hern', 6900, 187000, 'korv'),
('ebrant', 11800, 720000, 'stell');
INSERT INTO town VALUES
('harrow', 'velden', 88000),
('nimms', 'velden', 31000),
('pell', 'osterling', 54000),
('garrow', 'osterling', 12500),
('sundby', 'marrak', 402000),
('lisk', 'marrak', 150500),
('ruske', 'tolm', 21000),
('ambry', 'quist', 97000),
('tarn', 'quist', 46000),
('dossel', 'lower hern', 64000),
('korv', 'upper hern', 39000),
('mell', 'upper hern', 8700),
('stell', 'ebrant', 201000),
('birk', 'ebrant', 73000),
('nimms', 'tolm', 5200);
INSERT INTO stream VALUES
('arl', 420, 'velden'),
('arl', 420, 'marrak'),
('arl', 420, 'quist'),
('sorrow', 180, 'tolm'),
('greywater', 610, 'osterling'),
('greywater', 610, 'lower hern'),
('greywater', 610, 'upper hern'),
('greywater', 610, 'ebrant'),
('little fen', 75, 'quist'),
('wend', 330, 'ebrant'),
('wend', 330, 'marrak');
INSERT INTO peak VALUES
('hobb', 2310, 'tolm'),
('old maid', 1985, 'tolm'),
('cairn rook', 2755, 'upper hern'),
('sallow', 1420, 'velden'),
('mount iver', 3010, 'osterling'),
('spindle', 2440, 'ebrant');
INSERT INTO frontier VALUES
('velden', 'marrak'),
('marrak', 'velden'),
('velden', 'quist'),
('quist', 'velden'),
('marrak', 'ebrant'),
('ebrant', 'marrak'),
('quist', 'tolm'),
('tolm', 'quist'),
('lower hern', 'upper hern'),
('upper hern', 'lower hern'),
('upper hern', 'ebrant'),
('ebrant', 'upper hern'),
('osterling', 'tolm'),
('tolm', 'osterling'),
('osterling', 'lower hern'),
('lower hern', 'osterling');
